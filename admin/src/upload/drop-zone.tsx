import UploadIcon from '@mui/icons-material/UploadFile';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useRef, useState, type DragEvent } from 'react';
import { useTranslate } from 'react-admin';
import { chosenFiles, droppedFiles, type ChosenFile } from './dropped-files';

interface DropZoneProps {
  readonly disabled: boolean;
  readonly onFiles: (files: readonly ChosenFile[]) => void;
}

const FOLDER = { webkitdirectory: '' };

/** Where files are dropped; the buttons in it do the same for a keyboard. */
export function DropZone({ disabled, onFiles }: DropZoneProps) {
  const translate = useTranslate();
  const [isOver, setIsOver] = useState(false);
  const drop = async (event: DragEvent): Promise<void> => {
    event.preventDefault();
    setIsOver(false);
    if (!disabled) onFiles(await droppedFiles(event.dataTransfer));
  };
  return (
    <Box
      data-testid="drop-zone"
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(!disabled);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => void drop(event)}
      sx={{
        p: { xs: 2, sm: 4 },
        textAlign: 'center',
        borderRadius: 2,
        border: 2,
        borderStyle: isOver ? 'solid' : 'dashed',
        borderColor: isOver ? 'primary.main' : 'divider',
        bgcolor: isOver ? 'action.hover' : 'transparent',
      }}
    >
      <UploadIcon fontSize="large" color="action" aria-hidden />
      <Typography variant="h6" component="p">
        {translate('crucible.upload.drop')}
      </Typography>
      <Typography variant="body2" color="text.secondary" sx={{ mb: 2 }}>
        {translate('crucible.upload.dropHelp')}
      </Typography>
      <Box sx={{ display: 'flex', gap: 1, justifyContent: 'center', flexWrap: 'wrap' }}>
        <FileButton name="chooseFiles" disabled={disabled} onFiles={onFiles} />
        <FileButton name="chooseFolder" folder disabled={disabled} onFiles={onFiles} />
      </Box>
    </Box>
  );
}

interface FileButtonProps extends DropZoneProps {
  readonly name: 'chooseFiles' | 'chooseFolder';
  readonly folder?: boolean;
}

function FileButton({ name, folder = false, disabled, onFiles }: FileButtonProps) {
  const translate = useTranslate();
  const input = useRef<HTMLInputElement>(null);
  const label = translate(`crucible.upload.${name}`);
  return (
    <>
      <Button variant={folder ? 'outlined' : 'contained'} disabled={disabled} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={label}
        data-testid={name}
        {...(folder ? FOLDER : {})}
        onChange={({ currentTarget }) => {
          if (currentTarget.files && currentTarget.files.length > 0) onFiles(chosenFiles(currentTarget.files));
          // The same file can be chosen again, after it was put right.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
